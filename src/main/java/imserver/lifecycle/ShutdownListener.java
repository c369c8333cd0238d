package imserver.lifecycle;

import jakarta.inject.Inject;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.lang.System.Logger.Level;
import java.util.Set;

/**
 * Runs the {@link GracefulShutdown}. Here, since the web part of an application is stopped first:
 * by the time session beans are destroyed the sockets are gone.
 */
@WebListener
public class ShutdownListener implements ServletContextListener {

  private static final System.Logger LOG = System.getLogger(ShutdownListener.class.getName());

  private static final String CLASSES = "/WEB-INF/classes/";

  @Inject private GracefulShutdown shutdown;

  /** For the container, which injects the rest. */
  public ShutdownListener() {}

  /**
   * Loads every class of ours. Payara Micro, when it is to end, removes its copy of the application
   * while it is still stopping it: a class that is needed for the first time then is not found any
   * more.
   */
  @Override
  public void contextInitialized(ServletContextEvent event) {
    loadAll(event.getServletContext(), CLASSES);
    shutdown.arm();
  }

  private static void loadAll(ServletContext context, String folder) {
    Set<String> paths = context.getResourcePaths(folder);
    for (String path : paths == null ? Set.<String>of() : paths) {
      if (path.endsWith("/")) {
        loadAll(context, path);
      } else if (path.endsWith(".class") && !path.endsWith("-info.class")) {
        load(path.substring(CLASSES.length(), path.length() - ".class".length()).replace('/', '.'));
      }
    }
  }

  private static void load(String name) {
    try {
      Class.forName(name, true, ShutdownListener.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      LOG.log(
          Level.DEBUG,
          "not loaded: {0}",
          e.toString()); // where it is needed, that fails with the reason
    }
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    shutdown.run();
  }
}
