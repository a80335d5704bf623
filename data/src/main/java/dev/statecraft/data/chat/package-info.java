/**
 * Conversations as a model knows them.
 *
 * <p>A tour. {@link dev.statecraft.data.chat.ChatFormat} is what training and chats use: it turns a
 * {@link dev.statecraft.data.Conversation} into segments and labelled tokens to learn from, or into
 * the prompt of the assistant's next turn. With a template it is a {@code TemplateFormat}: {@link
 * dev.statecraft.data.chat.ChatTemplate} finds the template in the model's folder and renders it
 * with {@link dev.statecraft.jinja}; {@code AssistantTurns} finds what the assistant says in the
 * rendered text; {@code WholeTextEncoder} tokenizes that text at once and labels those parts.
 * Without one it is a {@code PlainFormat}, and {@code LoneInstructions} for a model that was tuned
 * on instructions.
 */
package dev.statecraft.data.chat;
