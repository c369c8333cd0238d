/**
 * The protocol as types: the requests, the responses, and one catalogue each of failure codes and
 * close codes. {@code docs/PROTOCOL.md} describes the same in prose. Also the checks of texts and
 * addresses that several packages need: {@link imserver.packet.BlankText}, {@link
 * imserver.packet.StorableText}, {@link imserver.packet.WebAddress}.
 *
 * <p>Rules: immutable, no I/O, no dependency on any other package of ours or on any API of the
 * container. {@code imserver.endpoint} reads and writes packets as text.
 *
 * <p>Why sealed with {@code accept}: Java 17 has no pattern {@code switch}, and code that does not
 * handle a new kind of packet should not compile.
 */
@NullMarked
package imserver.packet;

import org.jspecify.annotations.NullMarked;
