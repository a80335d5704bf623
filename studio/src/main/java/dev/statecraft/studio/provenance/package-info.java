/**
 * Where a run comes from. {@link dev.statecraft.studio.provenance.Provenance} is {@code
 * provenance.json}: the resolved recipe, the {@link dev.statecraft.studio.provenance.HashedFile
 * hashes} of all that was read, the {@link dev.statecraft.studio.provenance.Environment}, the
 * command line and the commit of the user's folder; once the run is over, the hashes of what it
 * made. From it {@code train --repeat} runs again and can tell whether the same came out.
 */
package dev.statecraft.studio.provenance;
