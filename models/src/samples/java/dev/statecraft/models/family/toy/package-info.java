/**
 * A family of which there is no model: an example, and the proof that one is a folder. {@code
 * docs/adding-a-family.md} goes through it.
 */
package dev.statecraft.models.family.toy;
