package dev.holdfast.tool;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a public method a tool; see {@link Tools#of(Object)}.
 *
 * <p><b>Threading.</b> The method runs on a thread of the runtime, also at the same time as itself.
 *
 * <p><b>Errors.</b> What it throws is told to the model by the exception's message: leave out what must not be seen.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface ToolMethod {

    /**
     * What it does and when to use it.
     *
     * @return words for the model; required
     */
    String value();

    /**
     * What the tool is called.
     *
     * @return letters, digits, underscores and hyphens, 64 at the most; empty for the method's name
     */
    String name() default "";
}
