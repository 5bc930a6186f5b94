/** For tests, of users and ours: fake models, virtual time, faults, a provider simulator and conformance kits. */
@NullMarked
package dev.holdfast.testkit;

import org.jspecify.annotations.NullMarked;
