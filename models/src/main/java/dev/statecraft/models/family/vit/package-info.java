/**
 * Vision transformers: {@link dev.statecraft.models.family.vit.VitConfig} makes a {@link
 * dev.statecraft.models.family.vit.Vit}; the names of transformers 5, which PEFT sees, are in
 * {@code VitNames}.
 */
package dev.statecraft.models.family.vit;
