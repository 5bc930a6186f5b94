package dev.holdfast.tool;

import dev.holdfast.chat.ModelLayer;
import dev.holdfast.chat.Part;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.context.CallContext;

/** A tool behind a layer for models. */
final class LayeredTool implements Tool {
    private final ModelLayer layer;
    private final Tool next;

    LayeredTool(ModelLayer layer, Tool next) {
        this.layer = layer;
        this.next = next;
    }

    @Override
    public ToolSpec spec() {
        return next.spec();
    }

    @Override
    public Part.ToolResult call(ToolUse use) throws Exception {
        Use below = new Use(use);
        return below.seenBy(layer).call(use.context(), () -> next.call(below.now()));
    }

    /** The use as it arrives below the layer: the layer may have shortened the deadline, or be at another attempt. */
    private static final class Use {
        private final ToolUse use;
        private CallContext context;

        Use(ToolUse use) {
            this.use = use;
            this.context = use.context();
        }

        ModelLayer seenBy(ModelLayer layer) {
            return work -> layer.around(call -> {
                context = call.context();
                return work.send(call);
            });
        }

        ToolUse now() {
            return new ToolUse(use.call(), context, use.idempotencyKey());
        }
    }
}
