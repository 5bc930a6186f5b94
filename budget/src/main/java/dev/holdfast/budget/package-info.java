/** What a call may cost: token counting, prices, ledgers, rate limits, fair shares and cost attribution. */
@NullMarked
package dev.holdfast.budget;

import org.jspecify.annotations.NullMarked;
