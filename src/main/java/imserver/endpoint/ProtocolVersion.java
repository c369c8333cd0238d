package imserver.endpoint;

import imserver.packet.Request;
import imserver.packet.Response;
import java.util.List;

/**
 * A version of the protocol: how requests and responses are written as text. Nothing behind this
 * package knows of it.
 */
enum ProtocolVersion {
  /** The packets of 2020: docs/PROTOCOL.md. */
  V1("imserver.v1") {
    @Override
    Request read(String text) {
      return PacketReader.read(text);
    }

    @Override
    String write(Response response) {
      return PacketEncoder.encode(response);
    }
  },

  /** Commands and events: docs/PROTOCOL-2.md. */
  V2("imserver.v2") {
    @Override
    Request read(String text) {
      return CommandReader.read(text);
    }

    @Override
    String write(Response response) {
      return EventEncoder.encode(response);
    }
  };

  private final String subprotocol;

  ProtocolVersion(String subprotocol) {
    this.subprotocol = subprotocol;
  }

  /** Its number. */
  String number() {
    return subprotocol.substring(subprotocol.length() - 1);
  }

  /** By which clients ask for it. */
  String subprotocol() {
    return subprotocol;
  }

  /** What a text asks for, also where it cannot be read. */
  abstract Request read(String text);

  /** A response of this version as text. */
  abstract String write(Response response);

  /** The version of a connection by its subprotocol, "" for none. */
  static ProtocolVersion of(String negotiated) {
    return negotiated.equals(V2.subprotocol) ? V2 : V1;
  }

  /** The subprotocol to answer to what a client offers: the newest, whatever it names first. */
  static String negotiate(List<String> offered) {
    if (offered.contains(V2.subprotocol)) {
      return V2.subprotocol;
    }
    return offered.contains(V1.subprotocol) ? V1.subprotocol : "";
  }
}
