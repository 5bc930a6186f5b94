/** The Anthropic provider: its wire format, its models and its errors, as a chat model. */
@NullMarked
package dev.holdfast.anthropic;

import org.jspecify.annotations.NullMarked;
