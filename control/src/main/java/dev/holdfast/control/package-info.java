/** What an agent may do, and who decides: tool policy, guardrails, approvals, pause and kill, audit. */
@NullMarked
package dev.holdfast.control;

import org.jspecify.annotations.NullMarked;
