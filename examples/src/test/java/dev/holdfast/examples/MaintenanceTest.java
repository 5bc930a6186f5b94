package dev.holdfast.examples;

import dev.holdfast.chat.ModelLayer;
import dev.holdfast.examples.GuideTest.Maintenance;
import dev.holdfast.runtime.HoldfastRuntime;
import dev.holdfast.testkit.LayerLaws;

// snippet: guide-laws
class MaintenanceTest extends LayerLaws {
    @Override
    protected ModelLayer layer(HoldfastRuntime runtime) {
        return new Maintenance();
    }
}
// end
