/**
 * Data sets in Apache Parquet files. {@link dev.statecraft.parquet.ParquetRows} gives their rows in
 * the form that {@link dev.statecraft.data.DataReader} gives those of other files; the library
 * under it (Carpet over parquet-java) is known here alone.
 */
package dev.statecraft.parquet;
