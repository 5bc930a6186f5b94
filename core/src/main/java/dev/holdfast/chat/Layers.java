package dev.holdfast.chat;

import dev.holdfast.context.CallContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Several layers as one, outermost first. Guards that stand next to each other are one of them. */
final class Layers implements ModelLayer {
    private final ModelLayer[] layers;

    private Layers(ModelLayer[] layers) {
        this.layers = layers;
    }

    static ModelLayer of(ModelLayer outer, ModelLayer inner) {
        List<ModelLayer> layers = new ArrayList<>(partsOf(outer));
        for (ModelLayer next : partsOf(inner)) {
            ModelLayer last = layers.get(layers.size() - 1);
            if (last instanceof Guards before && next instanceof Guards after) {
                layers.set(layers.size() - 1, before.with(after));
            } else {
                layers.add(next);
            }
        }
        return layers.size() == 1 ? layers.get(0) : new Layers(layers.toArray(new ModelLayer[0]));
    }

    private static List<ModelLayer> partsOf(ModelLayer layer) {
        if (layer instanceof Layers several) {
            return Arrays.asList(several.layers);
        }
        return List.of(layer instanceof GuardLayer guard ? guard.alone() : layer);
    }

    @Override
    public ChatModel around(ChatModel next) {
        ChatModel model = next;
        for (int i = layers.length - 1; i >= 0; i--) {
            model = EndpointModel.keepName(model, layers[i].around(model));
        }
        return model;
    }

    @Override
    public <T> T call(CallContext context, Work<? extends T> work) throws Exception {
        return call(0, context, work);
    }

    private <T> T call(int index, CallContext context, Work<? extends T> work) throws Exception {
        return index == layers.length - 1
                ? layers[index].call(context, work)
                : layers[index].call(context, (Work<T>) within -> call(index + 1, within, work));
    }

    @Override
    public String toString() {
        return Arrays.toString(layers);
    }
}
