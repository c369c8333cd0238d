/**
 * What client and server say to each other, as types: the requests, the responses, and one
 * catalogue each of failure codes and close codes. {@code docs/PROTOCOL.md} is the same in prose.
 *
 * <p>Rules: immutable, no I/O, no dependency on any other package of ours or on any API of the
 * container. How a packet looks as text is the business of {@code imserver.endpoint}.
 *
 * <p>Why sealed with {@code accept}: Java 17 has no pattern {@code switch}, and a new kind of
 * packet shall not compile where it is not handled.
 */
@NullMarked
package imserver.packet;

import org.jspecify.annotations.NullMarked;
