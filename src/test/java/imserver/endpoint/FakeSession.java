package imserver.endpoint;

import imserver.packet.FailureCode;
import imserver.packet.Packets;
import imserver.packet.Response;
import imserver.packet.Response.Failure;
import imserver.packet.Response.Incoming;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.websocket.CloseReason;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.io.StringReader;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a container would hand us, as far as a connection uses it. Not safe for several threads. */
final class FakeSession {

  /** What becomes of a packet that is to be sent. */
  interface Transport {
    void send(Response packet, SendHandler handler);
  }

  final List<Response> sent = new ArrayList<>();
  final List<CloseReason> closes = new ArrayList<>();

  /** Whether the last of them went to a client that does not take what is written. */
  boolean closedAsSlow;

  int pings;
  int cuts;

  /** Whether the client has answered the close frame. */
  boolean answersClose;

  /** The handlers of packets that are on their way. */
  final List<SendHandler> pending = new ArrayList<>();

  /** By default a packet is on its way until {@link #complete}. */
  Transport transport =
      (packet, handler) -> {
        sent.add(packet);
        pending.add(handler);
      };

  private final Map<String, Object> properties = new ConcurrentHashMap<>();

  final Session session =
      proxy(
          Session.class,
          (method, arguments) ->
              switch (method) {
                case "getId" -> "s1";
                case "getUserProperties" -> properties;
                case "getNegotiatedSubprotocol" -> "";
                case "getAsyncRemote" -> remote();
                default -> throw new UnsupportedOperationException(method);
              });

  private RemoteEndpoint.Async remote() {
    return proxy(
        RemoteEndpoint.Async.class,
        (method, arguments) -> {
          switch (method) {
            case "sendText" ->
                transport.send(decode((String) arguments[0]), (SendHandler) arguments[1]);
            default -> throw new UnsupportedOperationException(method);
          }
          return null;
        });
  }

  private static Response decode(String text) {
    JsonObject packet = Json.createReader(new StringReader(text)).readObject();
    long to = packet.getJsonNumber("toId").longValueExact();
    if (packet.getInt("type") == 0) {
      return Packets.success(to, packet.getString("timestamp"), 0, null);
    }
    JsonObject describe =
        Json.createReader(new StringReader(packet.getString("Describe"))).readObject();
    if (packet.getInt("type") == 2) {
      return new Incoming(
          Long.parseLong(describe.getString("messageId")),
          packet.getJsonNumber("fromId").longValueExact(),
          to,
          packet.getString("content"),
          packet.getString("timestamp"),
          "",
          "");
    }
    return new Failure(
        to,
        packet.getString("timestamp"),
        FailureCode.valueOf(describe.getString("code")),
        describe.getString("message"));
  }

  /** From now on a packet is written when it is sent. */
  void writeAtOnce() {
    transport =
        (packet, handler) -> {
          sent.add(packet);
          handler.onResult(new SendResult());
        };
  }

  /** Reports the packet that is on its way as lost with the connection. */
  void fail() {
    pending.remove(0).onResult(new SendResult(new IOException("reset")));
  }

  /** Reports the packet that is on its way as written. */
  void complete() {
    pending.remove(0).onResult(new SendResult());
  }

  List<Integer> closeCodes() {
    return closes.stream().map(reason -> reason.getCloseCode().getCode()).toList();
  }

  private interface Call {
    Object on(String method, Object[] arguments);
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              Object result = call.on(method.getName(), arguments);
              return method.getReturnType() == void.class ? null : result;
            }));
  }
}
