/**
 * The part of Jinja in which chat templates are written.
 *
 * <p>A tour. {@link dev.statecraft.jinja.Template} is all that others use. A {@code Lexer} cuts the
 * source into tokens and decides which white space belongs to tags; {@code Parser} and {@code
 * ExpressionParser} make {@code Node}s and {@code Expression}s of them, which are records that
 * render or evaluate themselves. They see variables through a {@code Scope}; {@code Run} holds what
 * is written and counts what it costs, against {@code Limits}. Values are Python's: {@code Values},
 * {@code Members}, {@code Operators} and {@code Texts} say what Python does with them. {@code
 * Filters}, {@code SequenceFilters}, {@code Tests}, {@code TextMethods}, {@code Methods} and {@code
 * Globals} are the library; {@code TextSearch}, {@code TextPieces}, {@code LetterCase}, {@code
 * NumberText} and {@code FormatField} are what it does with texts, each in a time that grows with
 * their length and is charged to the {@code Run}. What an operation cannot do is a {@code Fault},
 * to which the template's name and the line are added.
 *
 * <p>Measured by the text that transformers renders of the same template and variables, to the
 * byte; not a Jinja for web pages: nothing is escaped, inherited, included or imported.
 */
package dev.statecraft.jinja;
