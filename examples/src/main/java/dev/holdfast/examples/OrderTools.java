package dev.holdfast.examples;

import dev.holdfast.tool.Describe;
import dev.holdfast.tool.ToolMethod;
import java.util.Map;

/** The tools of the support desk. The desk is permitted to use the first one only. */
public final class OrderTools {
    private static final Map<Integer, String> ORDERS = Map.of(
            1234, "shipped on Monday, arrives on Thursday, carrier DHL, 1 coffee grinder, 89.00 EUR",
            1235, "waiting for payment, 2 filters, 12.50 EUR");

    /**
     * Looks an order up.
     *
     * @param id the order's number
     * @return what is known of it, in words for the model
     */
    @ToolMethod(name = "lookup_order", value = "Looks up the state of an order by its number.")
    public String lookUp(@Describe(name = "id", value = "the order's number") int id) {
        return ORDERS.getOrDefault(id, "There is no order " + id + ".");
    }

    /**
     * Gives money back.
     *
     * @param id the order's number
     * @return what was done, in words for the model
     */
    @ToolMethod(name = "refund", value = "Refunds the full amount of an order.")
    public String refund(@Describe(name = "id", value = "the order's number") int id) {
        return "Refunded order " + id + "."; // never runs: the desk has no permission for it
    }
}
