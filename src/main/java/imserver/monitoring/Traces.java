package imserver.monitoring;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The spans of OpenTelemetry along the way of a request: {@code imserver messages} (or {@code
 * read_acks}, {@code recalls}) from when it waits to be stored until it is answered, below whatever
 * span the agent has for the call that brought it; {@code imserver store} of a batch, with links to
 * its requests, above the agent's spans of JDBC; {@code imserver deliver} below that. A span of
 * another server that delivers the same message is not linked: frames between servers carry no
 * context.
 *
 * <p>There are spans where OpenTelemetry's agent is in the JVM, or a library has registered an SDK
 * before this application starts; else nothing is done here. Safe for use by several threads.
 */
public final class Traces {

  private static final System.Logger LOG = System.getLogger(Traces.class.getName());

  /** Null where nobody asks for spans: then no other class of OpenTelemetry is used. */
  private static volatile @Nullable Tracer tracer = registered(GlobalOpenTelemetry::get);

  private Traces() {}

  /** Has spans made by this one from now on; for tests. */
  static void use(Supplier<OpenTelemetry> openTelemetry) {
    tracer = registered(openTelemetry);
  }

  /**
   * Null also where it fails: Payara 7 has parts of another version of OpenTelemetry, which that of
   * the WAR finds and cannot use. A message is not to wait for a trace.
   */
  private static @Nullable Tracer registered(Supplier<OpenTelemetry> openTelemetry) {
    try {
      return tracerOf(openTelemetry.get());
    } catch (RuntimeException | LinkageError e) {
      LOG.log(Level.INFO, "there are no spans of OpenTelemetry: {0}", e.toString());
      return null;
    }
  }

  private static @Nullable Tracer tracerOf(OpenTelemetry openTelemetry) {
    return openTelemetry.getTracerProvider() == TracerProvider.noop()
        ? null
        : openTelemetry.getTracer("imserver");
  }

  /**
   * Begins the span of a request that is taken in.
   *
   * @param lane what stores such requests
   * @return to be given to {@link #answered}; null where there are no spans
   */
  public static @Nullable Span request(String lane) {
    Tracer used = tracer;
    return used == null ? null : used.spanBuilder("imserver " + lane).startSpan();
  }

  /**
   * Ends the span of a request.
   *
   * @param request null where it has none
   * @param failure the code of the protocol; null where all went well
   */
  public static void answered(@Nullable Span request, @Nullable String failure) {
    if (request == null) {
      return;
    }
    if (failure != null) {
      request.setStatus(StatusCode.ERROR, failure).setAttribute("error.type", failure);
    }
    request.end();
  }

  /**
   * Begins to store a batch.
   *
   * @param requests what is in it
   * @param span the span of each; null where it has none
   */
  public static <R> Step store(List<R> requests, Function<R, @Nullable Span> span) {
    Tracer used = tracer;
    if (used == null) {
      return Step.NONE;
    }
    SpanBuilder builder =
        used.spanBuilder("imserver store")
            .setNoParent()
            .setAttribute("messaging.batch.message_count", requests.size());
    for (R request : requests) {
      Span its = span.apply(request);
      if (its != null) {
        builder.addLink(its.getSpanContext());
      }
    }
    return new Step(builder.startSpan());
  }

  /** The context of what this thread stores just now; null where there are no spans. */
  public static @Nullable Context batch() {
    return tracer == null ? null : Context.current();
  }

  /**
   * Begins to hand a batch over to its recipients.
   *
   * @param batch what {@link #batch} was where it was stored
   */
  public static Step deliver(@Nullable Context batch) {
    Tracer used = tracer;
    return used == null || batch == null
        ? Step.NONE
        : new Step(used.spanBuilder("imserver deliver").setParent(batch).startSpan());
  }

  /** Takes note that what this thread stores just now has failed. */
  public static void failed(Throwable error) {
    if (tracer != null) {
      Span.current().recordException(error).setStatus(StatusCode.ERROR);
    }
  }

  /** Something that this thread does, with the spans of others below it until it is closed. */
  public static final class Step implements AutoCloseable {

    private static final Step NONE = new Step(null);

    private final @Nullable Span span;
    private final @Nullable Scope scope;

    @SuppressWarnings("MustBeClosedChecker") // close() closes it
    private Step(@Nullable Span span) {
      this.span = span;
      this.scope = span == null ? null : span.makeCurrent();
    }

    /** Takes note that it has failed. */
    public void failed(Throwable error) {
      if (span != null) {
        span.recordException(error).setStatus(StatusCode.ERROR);
      }
    }

    /** Ends it, on the thread that has begun it. */
    @Override
    public void close() {
      if (scope != null) {
        scope.close();
      }
      if (span != null) {
        span.end();
      }
    }
  }
}
