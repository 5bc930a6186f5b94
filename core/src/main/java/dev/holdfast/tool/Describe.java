package dev.holdfast.tool;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Tells the model what a record, one of its components, or a parameter of a tool means. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.RECORD_COMPONENT, ElementType.PARAMETER})
public @interface Describe {

    /**
     * What it means.
     *
     * @return words for the model; empty where only the name is given
     */
    String value() default "";

    /**
     * What it is called in JSON.
     *
     * @return the name; empty for the one that it has in Java
     */
    String name() default "";
}
