package dev.holdfast.budget;

import dev.holdfast.context.CallContext;
import dev.holdfast.context.ScopeKey;
import dev.holdfast.event.Event;
import java.time.Instant;

/**
 * A share of a budget has been spent. Told once for each window and threshold; where one call passes several thresholds,
 * the highest is told.
 *
 * @param context the call that reached it
 * @param at when
 * @param key whose budget
 * @param limit which limit of it
 * @param percent which share
 * @param settled what is spent, in the limit's unit, without what calls under way have reserved
 */
public record BudgetThresholdReached(
        CallContext context, Instant at, ScopeKey key, Budget.Limit limit, int percent, long settled)
        implements Event {}
