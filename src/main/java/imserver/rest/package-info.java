/** What the server says over HTTP, under {@code /teaching/api}: for now whether it is well. */
@NullMarked
package imserver.rest;

import org.jspecify.annotations.NullMarked;
