/**
 * What all of the house shares and nobody below it has.
 *
 * <p>A tour. What a user gave and cannot be used is an {@link
 * dev.statecraft.base.InvalidInputException}, whose message names what was expected and found;
 * {@link dev.statecraft.base.Quoted} and {@link dev.statecraft.base.Shown} bound and clean what
 * such a message repeats, {@link dev.statecraft.base.JsonProblem} puts a parser's complaint in our
 * words, and {@link dev.statecraft.base.JsonKeys} reads the keys of a JSON object. Files: {@link
 * dev.statecraft.base.AtomicFile} writes beside and moves into place, {@link
 * dev.statecraft.base.TextFile} and {@link dev.statecraft.base.JsonFile} read what must be UTF-8 or
 * JSON and name the file that is not, {@link dev.statecraft.base.InnerPath} is a name that never
 * leaves its folder, {@link dev.statecraft.base.WebAddress} an address without its password. Sizes
 * and times for people: {@link dev.statecraft.base.ByteSize}, {@link dev.statecraft.base.Units}.
 */
package dev.statecraft.base;
