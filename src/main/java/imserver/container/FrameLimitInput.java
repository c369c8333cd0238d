package imserver.container;

import imserver.packet.CloseCode;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a client (RFC 6455, section 5.2) up to the first that makes its message longer than
 * the limit, or that is not masked, which no client may send (section 5.1). In its place comes a
 * close frame as if the client had sent it, which the engine answers with the same code; then
 * nothing more.
 *
 * <p>What the client goes on to send is read and dropped, as it is once the connection is to be
 * closed ({@link #drop}), up to the close frame by which it answers ours or to a bound: to close a
 * connection while its client is still writing would reset it, and the client would never read the
 * code. So {@link LingeringConnection} asks {@link #isDrained} before it closes.
 *
 * <p>Pings of a client that does not take the pongs are left out: Tyrus would queue an answer to
 * each, without bound. A client has to expect no more than one for several (section 5.5.3). One
 * that goes on pinging is refused with {@link CloseCode#TOO_SLOW}.
 *
 * <p>A header is held back until it is complete. So {@link #read(byte[], int, int)} may return 0,
 * unlike its contract, where the container has no more for now.
 */
final class FrameLimitInput extends ServletInputStream {

  /** How many bytes are read only to drop them. */
  static final long MAX_DROPPED_BYTES = 64L << 20;

  /** So many pings are left out before their client is refused. */
  static final int MAX_PINGS_LEFT_OUT = 100;

  private static final int PROTOCOL_ERROR = 1002; // section 7.4.1

  /** For the time in which the container reports something, by the thread that does. */
  private static final ThreadLocal<FrameLimitInput> REPORTED = new ThreadLocal<>();

  private final ServletInputStream in;
  private final int maxMessage;
  private final Runnable whileReading;
  private final Runnable afterReading;
  private final BooleanSupplier leavesPingsOut;

  private final FrameHeader header = new FrameHeader();

  /** What is to be handed on before anything else is read. */
  private ByteBuffer ready = ByteBuffer.allocate(0);

  /** How much is to be read before the next header; a mask counts as payload here. */
  private long payload;

  /** The length of the message so far. */
  private long message;

  private long dropped;
  private boolean last;

  /** Whether the frame that is being read is left out. */
  private boolean leftOut;

  private int pingsLeftOut;

  /** Whether all that comes is dropped. */
  private volatile boolean dropping;

  private volatile boolean drained;

  /** Whether the container has reported an error, after which it may read for another client. */
  private volatile boolean failed;

  /** How many reports of the container are under way: an error may come beside bytes. */
  private final AtomicInteger reports = new AtomicInteger();

  /**
   * @param whileReading run between two pieces that the engine reads, and after the last, in the
   *     container's thread
   * @param afterReading run whenever the container has reported bytes, their end or an error, in
   *     its thread; where several reports are under way, after the last of them
   * @param leavesPingsOut asked for each ping
   */
  FrameLimitInput(
      ServletInputStream in,
      int maxMessage,
      Runnable whileReading,
      Runnable afterReading,
      BooleanSupplier leavesPingsOut) {
    this.leavesPingsOut = leavesPingsOut;
    this.in = in;
    this.maxMessage = maxMessage;
    this.whileReading = whileReading;
    this.afterReading = afterReading;
  }

  /** Hands nothing on any more. For any thread. */
  void drop() {
    dropping = true;
  }

  /** Whether the container is reporting something at this moment. For any thread. */
  boolean isReading() {
    return reports.get() > 0;
  }

  /** Whether this thread is one in which the container reports something of another client. */
  boolean isThreadOfAnother() {
    FrameLimitInput reported = REPORTED.get();
    return reported != null && reported != this;
  }

  /**
   * Whether nothing more of the client is to be read, so that a close does not reset what it was
   * sent: its close frame has come, or the end of its bytes, or more than {@link
   * #MAX_DROPPED_BYTES}. None of these may ever come, so wait with a bound. For any thread.
   */
  boolean isDrained() {
    return drained || in.isFinished();
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer target = ByteBuffer.wrap(bytes, offset, length);
    boolean more = true;
    while (more) {
      if (ready.hasRemaining()) {
        handOn(target);
      } else if (!(payload > 0 ? readPayload(target) : readHeader())) {
        return target.position() > offset ? target.position() - offset : -1;
      }
      more = target.hasRemaining() && (ready.hasRemaining() || in.available() > 0);
    }
    return target.position() - offset;
  }

  private void handOn(ByteBuffer target) {
    while (ready.hasRemaining() && target.hasRemaining()) {
      target.put(ready.get());
    }
  }

  /** Returns whether there was anything to read. */
  private boolean readPayload(ByteBuffer target) throws IOException {
    int most = (int) Math.min(target.remaining(), payload);
    int count = in.read(target.array(), target.arrayOffset() + target.position(), most);
    if (count < 0) {
      drained = true;
      return false;
    }
    payload -= count;
    if (!dropping && !leftOut) {
      target.position(target.position() + count);
    }
    took(count);
    return true;
  }

  private void took(int count) {
    if (dropping) {
      dropped += count;
    }
    if (dropped >= MAX_DROPPED_BYTES || (last && payload == 0)) {
      drained = true;
    }
  }

  /** Returns whether there was anything to read. */
  private boolean readHeader() throws IOException {
    int count = header.readFrom(in);
    if (count < 0) {
      drained = true;
      return false;
    }
    if (header.isComplete()) {
      startFrame();
      header.clear();
    }
    took(count);
    return true;
  }

  private void startFrame() {
    boolean endless = Long.compareUnsigned(header.length(), MAX_DROPPED_BYTES) > 0;
    long length = endless ? MAX_DROPPED_BYTES : header.length();
    int opcode = header.opcode();
    payload = length + (header.isMasked() ? FrameHeader.MASK : 0);
    last = opcode == FrameHeader.CLOSE;
    leftOut = false;
    if (opcode < FrameHeader.CLOSE) { // a control frame may come between those of a message
      message = length + (opcode == FrameHeader.CONTINUATION ? message : 0);
    }
    if (dropping) {
      return;
    }
    if (!header.isMasked()) {
      refuse(PROTOCOL_ERROR, "frame is not masked");
    } else if (Math.max(message, length) > maxMessage) {
      refuse(CloseCode.FRAME_TOO_LARGE.code(), CloseCode.FRAME_TOO_LARGE.reason());
    } else if (opcode == FrameHeader.PING && leavesPingsOut.getAsBoolean()) {
      leftOut = true;
      pingsLeftOut++;
      if (pingsLeftOut > MAX_PINGS_LEFT_OUT) {
        refuse(CloseCode.TOO_SLOW.code(), CloseCode.TOO_SLOW.reason());
      }
    } else {
      ready = header.copy();
    }
  }

  private void refuse(int code, String why) {
    byte[] reason = why.getBytes(StandardCharsets.US_ASCII);
    int length = Short.BYTES + reason.length;
    ready =
        ByteBuffer.allocate(2 + FrameHeader.MASK + length)
            .put((byte) 0x88)
            .put((byte) (0x80 | length))
            .putInt(0) // a mask that changes nothing
            .putShort((short) code)
            .put(reason)
            .flip();
    dropping = true;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int count = 0;
    while (count == 0) {
      count = read(one, 0, 1);
    }
    return count < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int available() throws IOException {
    return ready.remaining() + in.available();
  }

  /** The engine asks when it has processed what it has read. */
  @Override
  public boolean isReady() {
    whileReading.run();
    return ready.hasRemaining() || (!failed && in.isReady());
  }

  @Override
  public boolean isFinished() {
    return !ready.hasRemaining() && in.isFinished();
  }

  @Override
  public void setReadListener(ReadListener listener) {
    in.setReadListener(new Watched(listener));
  }

  /** Notes when the engine reads. */
  private final class Watched implements ReadListener {

    private final ReadListener engine;

    Watched(ReadListener engine) {
      this.engine = engine;
    }

    @Override
    public void onDataAvailable() throws IOException {
      report(engine::onDataAvailable);
    }

    @Override
    public void onAllDataRead() throws IOException {
      drained = true;
      report(engine::onAllDataRead);
    }

    @Override
    public void onError(Throwable error) {
      drained = true;
      failed = true;
      report(() -> engine.onError(error));
    }

    /** May come within itself: where an answer cannot be written, the container says so at once. */
    private <E extends Exception> void report(Task<E> task) throws E {
      FrameLimitInput outer = REPORTED.get();
      REPORTED.set(FrameLimitInput.this);
      reports.incrementAndGet();
      try {
        task.run();
      } finally {
        try {
          whileReading.run();
        } finally {
          end(outer);
        }
      }
    }

    private void end(@Nullable FrameLimitInput outer) {
      if (outer == null) {
        REPORTED.remove();
      } else {
        REPORTED.set(outer);
      }
      if (reports.decrementAndGet() == 0) {
        afterReading.run();
      }
    }
  }

  /** What the engine does with a report. */
  @FunctionalInterface
  private interface Task<E extends Exception> {
    void run() throws E;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
