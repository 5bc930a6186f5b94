/**
 * What a model can do besides talking: tools made from methods, records or functions, and the loop of model and tool
 * calls that makes an agent.
 */
@NullMarked
package dev.holdfast.tool;

import org.jspecify.annotations.NullMarked;
