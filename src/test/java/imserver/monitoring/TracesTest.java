package imserver.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import imserver.monitoring.Traces.Step;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Traces")
class TracesTest {

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();

  @AfterEach
  void off() {
    Traces.use(OpenTelemetry::noop);
  }

  @Test
  @DisplayName("have a span for each request, linked from its batch, and one of the delivery below")
  void spans() {
    SdkTracerProvider provider =
        SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(exporter)).build();
    OpenTelemetry sdk = OpenTelemetrySdk.builder().setTracerProvider(provider).build();
    Traces.use(() -> sdk);
    Span first = Traces.request("messages");
    Span second = Traces.request("messages");
    Context batch;
    try (Step step = Traces.store(List.of(first, second), Function.identity())) {
      batch = Traces.batch();
      step.failed(new IllegalStateException("x"));
    }
    Traces.deliver(batch).close();
    Traces.answered(first, null);
    Traces.answered(second, "RATE_LIMITED");
    List<SpanData> spans = exporter.getFinishedSpanItems();
    assertThat(spans)
        .extracting(SpanData::getName)
        .containsExactly(
            "imserver store", "imserver deliver", "imserver messages", "imserver messages");
    SpanData store = spans.get(0);
    assertThat(store.getLinks())
        .extracting(LinkData::getSpanContext)
        .containsExactly(first.getSpanContext(), second.getSpanContext());
    assertThat(store.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(spans.get(1).getParentSpanId()).isEqualTo(store.getSpanId());
    assertThat(spans.get(2).getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(spans.get(3).getStatus().getDescription()).isEqualTo("RATE_LIMITED");
    assertThat(Context.current()).isEqualTo(Context.root());
  }

  @Test
  @DisplayName("are not made where nobody asks for them")
  void none() {
    Traces.use(OpenTelemetry::noop);
    assertNone();
  }

  @Test
  @DisplayName("are not made where OpenTelemetry cannot be used, and nothing else fails")
  void broken() {
    Traces.use(
        () -> {
          throw new ExceptionInInitializerError("parts of another version");
        });
    assertNone();
  }

  private static void assertNone() {
    assertThat(Traces.request("messages")).isNull();
    Traces.answered(null, "RATE_LIMITED");
    Traces.failed(new IllegalStateException("x"));
    try (Step step = Traces.store(List.of("request"), request -> null)) {
      step.failed(new IllegalStateException("x"));
      assertThat(Traces.batch()).isNull();
      Traces.deliver(Traces.batch()).close();
    }
    assertThat(Context.current()).isEqualTo(Context.root());
  }
}
