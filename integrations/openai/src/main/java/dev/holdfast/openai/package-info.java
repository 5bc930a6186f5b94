/** The OpenAI provider: its wire format, its models and its errors, as a chat model. */
@NullMarked
package dev.holdfast.openai;

import org.jspecify.annotations.NullMarked;
