/** {@link dev.statecraft.models.family.phi.Phi3} reads configurations of Phi's decoders. */
package dev.statecraft.models.family.phi;
