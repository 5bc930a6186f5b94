/**
 * The one abstraction: anything that stands in front of a model is a {@link dev.holdfast.chat.ChatModel}. Messages go
 * in as a {@link dev.holdfast.chat.ChatCall}, a {@link dev.holdfast.chat.ChatReply} comes out, and every reply ends in
 * exactly one {@link dev.holdfast.chat.Outcome}.
 */
@NullMarked
package dev.holdfast.chat;

import org.jspecify.annotations.NullMarked;
