package imserver.lifecycle;

import imserver.config.Config;
import imserver.config.Config.AuthMode;
import imserver.database.Schema;
import imserver.session.Workers;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;

/**
 * Says how the server was started: one line in the log, and on request, once it answers, a first
 * try to copy.
 */
@WebListener
public class StartupBanner implements ServletContextListener {

  private static final System.Logger LOG = System.getLogger(StartupBanner.class.getName());
  private static final Duration PERIOD = Duration.ofMillis(200);
  private static final int TRIES = 600;

  @Inject private Config config;
  @Inject private Schema schema;
  @Inject private Workers workers;

  /** For the container, which injects the rest. */
  public StartupBanner() {}

  @Override
  public void contextInitialized(ServletContextEvent event) {
    LOG.log(Level.INFO, "imserver starts in {0} mode", mode());
    if (config.auth().mode() == AuthMode.OPEN) {
      LOG.log(
          Level.WARNING,
          "OPEN MODE: anyone can pass for anyone. For a first try on this machine only; set IMSERVER_AUTH_MODE=jwt");
    }
    String address = config.server().announce();
    if (address != null) {
      HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      workers.runForClient(() -> printWhenReady(http, URI.create(address), TRIES));
    }
  }

  private void printWhenReady(HttpClient http, URI address, int tries) {
    if (answers(http, address.resolve("api/health"))) {
      System.out.println(text(address));
    } else if (tries > 0) {
      workers.runIn(
          PERIOD, () -> workers.runForClient(() -> printWhenReady(http, address, tries - 1)));
    }
  }

  private static boolean answers(HttpClient http, URI health) {
    HttpRequest request = HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(2)).build();
    try {
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private String text(URI address) {
    String socket = address.toString().replaceFirst("^http", "ws") + "imserver/";
    boolean open = config.auth().mode() == AuthMode.OPEN;
    return """

        imserver is ready.
          page    %s
          socket  %s%s
          mode    %s
          data    %s
          try     npx wscat -c %s%s
                  and there  {"toId":2,"type":0,"content":"hello","timestamp":"1"}
          stop    Ctrl-C
        """
        .formatted(
            address,
            socket,
            open ? "{user id}" : "{token}",
            open ? "open - ANYONE CAN PASS FOR ANYONE, for a first try only" : mode(),
            schema.description(),
            socket,
            open ? "1" : "$TOKEN");
  }

  private String mode() {
    return config.auth().mode().toString().toLowerCase(Locale.ROOT);
  }
}
