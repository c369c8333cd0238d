package imserver.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The servers that a test can run in a process of their own. */
public enum ServerProduct {
  PAYARA_MICRO("payara-micro.jar", new PayaraMicro()),
  PAYARA_7("payara-7.jar", new PayaraMicro()),
  PAYARA_SERVER("payara6/glassfish", new GlassFish()),
  TOMCAT_10("tomcat-10", new Tomcat()),
  TOMCAT_11("tomcat-11", new Tomcat()),
  GLASSFISH("glassfish7/glassfish", new GlassFish()),
  WILDFLY("wildfly", new WildFly()),
  OPEN_LIBERTY("wlp", new OpenLiberty());

  /** How a server is started. */
  interface Launch {

    /** The WAR that this server takes. */
    default Path war() {
      return Path.of(System.getProperty("imserver.test.war"));
    }

    /** That of an instance: another one where a test has put it there. */
    default Path war(Path folder) {
      Path own = folder.resolve(OWN_WAR);
      return Files.exists(own) ? own : war();
    }

    /**
     * Makes an instance of the server, with the WAR deployed, unless there is one already.
     *
     * @param home of the distribution, which is not changed
     * @param folder of the instance
     * @return the command that runs the instance as one process
     */
    List<String> prepare(Path home, Path folder, int port) throws IOException;

    /** The file of an instance that deploys the application while it is there. */
    Path deployed(Path folder);

    /** Where an instance keeps the embedded database if nobody says otherwise. */
    Path dataFolder(Path folder);
  }

  /** In the folder of an instance. */
  static final String OWN_WAR = "own.war";

  /** In the folder of an instance of Payara Micro: applications beside imserver. */
  public static final String OTHER_WARS = "others";

  private final String home;
  private final Launch launch;

  ServerProduct(String home, Launch launch) {
    this.home = home;
    this.launch = launch;
  }

  /** The one that the system property {@code imserver.test.server} names. */
  static ServerProduct underTest() {
    return valueOf(
        System.getProperty("imserver.test.server").toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /**
   * How many undeployed applications the server itself holds on to at most, however many there
   * were. On OSGi the class loaders of Felix remember the threads that first loaded a class.
   */
  int applicationsKept() {
    return this == PAYARA_SERVER || this == GLASSFISH ? 1 : 0;
  }

  /** Whether its WebSocket engine is Tyrus. */
  boolean hasTyrus() {
    return switch (this) {
      case PAYARA_MICRO, PAYARA_7, PAYARA_SERVER, GLASSFISH -> true;
      case TOMCAT_10, TOMCAT_11, WILDFLY, OPEN_LIBERTY -> false;
    };
  }

  /** Whether it is Tomcat, of whatever version. */
  boolean isTomcat() {
    return this == TOMCAT_10 || this == TOMCAT_11;
  }

  /** See {@link Launch#prepare}. */
  List<String> prepare(Path folder, int port) throws IOException {
    Path servers = Path.of(System.getProperty("imserver.test.servers")).toAbsolutePath();
    return launch.prepare(servers.resolve(home), folder, port);
  }

  /** The WAR that this server takes. */
  Path war() {
    return launch.war();
  }

  /** Takes the application away from a running instance. */
  void undeploy(Path folder) throws IOException {
    Files.delete(launch.deployed(folder));
  }

  /** Gives it back. */
  void deploy(Path folder) throws IOException {
    Path copy = folder.resolve("teaching.war.part"); // not to be seen before it is whole
    Files.copy(launch.war(), copy);
    Files.move(copy, launch.deployed(folder));
  }

  /** See {@link Launch#dataFolder}. */
  Path dataFolder(Path folder) {
    return launch.dataFolder(folder);
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
