/**
 * What a host application implements to have a say in the same JVM. It is a jar of its own of the
 * same build ({@code teaching-api.jar}, in a release {@code imserver-VERSION-api.jar}), to compile
 * against; at run time the WAR has it.
 */
@NullMarked
package imserver.api;

import org.jspecify.annotations.NullMarked;
