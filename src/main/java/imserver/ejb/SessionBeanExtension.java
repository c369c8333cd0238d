package imserver.ejb;

import jakarta.annotation.Resource;
import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.ejb.DependsOn;
import jakarta.ejb.MessageDriven;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.Stateful;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.context.spi.AlterableContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.literal.InjectLiteral;
import jakarta.enterprise.inject.spi.AnnotatedType;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.BeforeShutdown;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import jakarta.enterprise.inject.spi.WithAnnotations;
import jakarta.enterprise.inject.spi.configurator.AnnotatedTypeConfigurator;
import jakarta.enterprise.util.AnnotationLiteral;
import jakarta.interceptor.Interceptors;
import jakarta.persistence.PersistenceContext;
import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes beans of CDI of session beans, and starts those that are to start with the application. */
public class SessionBeanExtension implements Extension {

  /** By name, which is the class's simple name where the bean says no other. */
  private final Map<String, Class<?>> beans = new TreeMap<>();

  private @Nullable DataSourceDefinition dataSource;

  /** For the container. */
  public SessionBeanExtension() {}

  /**
   * The data source that the application defines.
   *
   * @throws DefinitionException if it defines none
   */
  DataSourceDefinition dataSource() {
    if (dataSource == null) {
      throw new DefinitionException("no class has a @DataSourceDefinition");
    }
    return dataSource;
  }

  void findDataSource(
      @Observes @WithAnnotations(DataSourceDefinition.class) ProcessAnnotatedType<?> event) {
    if (dataSource != null) {
      throw new DefinitionException("two classes have a @DataSourceDefinition");
    }
    dataSource = event.getAnnotatedType().getAnnotation(DataSourceDefinition.class);
  }

  void makeBean(
      @Observes
          @WithAnnotations({Stateless.class, Singleton.class, Stateful.class, MessageDriven.class})
          ProcessAnnotatedType<?> event) {
    AnnotatedType<?> type = event.getAnnotatedType();
    EjbSubsetCheck.check(type);
    Class<?> other = beans.put(name(type), type.getJavaClass());
    if (other != null) {
      throw new DefinitionException(other + " and " + type.getJavaClass() + " have one name");
    }
    AnnotatedTypeConfigurator<?> bean =
        event.configureAnnotatedType().add(ApplicationScoped.Literal.INSTANCE);
    if (hasManagedTransactions(type)) {
      bean.remove(annotation -> annotation instanceof Interceptors)
          .add(InterceptedBy.transactionsAnd(type.getAnnotation(Interceptors.class)));
    }
  }

  private static String name(AnnotatedType<?> type) {
    Stateless stateless = type.getAnnotation(Stateless.class);
    Singleton singleton = type.getAnnotation(Singleton.class);
    return Stream.of(
            stateless == null ? "" : stateless.name(), singleton == null ? "" : singleton.name())
        .filter(name -> !name.isEmpty())
        .findFirst()
        .orElse(type.getJavaClass().getSimpleName());
  }

  private static boolean hasManagedTransactions(AnnotatedType<?> type) {
    TransactionManagement management = type.getAnnotation(TransactionManagement.class);
    return management == null || management.value() == TransactionManagementType.CONTAINER;
  }

  void inject(
      @Observes @WithAnnotations({PersistenceContext.class, Resource.class})
          ProcessAnnotatedType<?> event) {
    event.configureAnnotatedType().fields().stream()
        .filter(
            field ->
                field.getAnnotated().getAnnotations().stream()
                    .anyMatch(SessionBeanExtension::isResource))
        .forEach(
            field -> field.remove(SessionBeanExtension::isResource).add(InjectLiteral.INSTANCE));
  }

  private static boolean isResource(Annotation annotation) {
    return annotation instanceof PersistenceContext || annotation instanceof Resource;
  }

  /** Where one does not start, those that have are destroyed, since CDI would not do it. */
  void start(@Observes @Initialized(ApplicationScoped.class) Object event, BeanManager manager) {
    try {
      startupOrder().forEach(type -> start(type, manager));
      start(PersistenceUnit.class, manager); // not with the first message
    } catch (RuntimeException | Error e) {
      Stream.concat(beans.values().stream(), Stream.of(PersistenceUnit.class))
          .forEach(type -> destroy(type, manager, e));
      throw e;
    }
  }

  private Set<Class<?>> startupOrder() {
    Set<Class<?>> order = new LinkedHashSet<>();
    beans.values().stream()
        .filter(type -> type.isAnnotationPresent(Startup.class))
        .forEach(type -> addAfterItsDependencies(type, order));
    return order;
  }

  private void addAfterItsDependencies(Class<?> type, Set<Class<?>> order) {
    DependsOn dependsOn = type.getAnnotation(DependsOn.class);
    for (String name : dependsOn == null ? new String[0] : dependsOn.value()) {
      Class<?> dependency = beans.get(name);
      if (dependency == null) {
        throw new DefinitionException(type + " depends on " + name + ", which does not exist");
      }
      addAfterItsDependencies(dependency, order);
    }
    order.add(type);
  }

  /** The JVM caches resource bundles, and with them our class loader, until memory runs short. */
  void clearResourceBundles(@Observes BeforeShutdown event) {
    ResourceBundle.clearCache(SessionBeanExtension.class.getClassLoader());
  }

  private static void start(Class<?> type, BeanManager manager) {
    Bean<?> bean = bean(type, manager);
    Object proxy = manager.getReference(bean, type, manager.createCreationalContext(bean));
    var unused = proxy.toString(); // the first call makes the instance
  }

  private static void destroy(Class<?> type, BeanManager manager, Throwable reason) {
    try {
      Bean<?> bean = bean(type, manager);
      ((AlterableContext) manager.getContext(bean.getScope())).destroy(bean);
    } catch (RuntimeException e) {
      reason.addSuppressed(e); // and the others are destroyed all the same
    }
  }

  private static Bean<?> bean(Class<?> type, BeanManager manager) {
    return manager.resolve(manager.getBeans(type));
  }

  /** {@code @Interceptors} with that of the transactions before those that the bean names. */
  @SuppressWarnings("ImmutableAnnotationChecker") // the array is never handed out
  private static final class InterceptedBy extends AnnotationLiteral<Interceptors>
      implements Interceptors {

    private static final long serialVersionUID = 1L;

    private final Class<?>[] classes;

    private InterceptedBy(Class<?>[] classes) {
      this.classes = classes;
    }

    static InterceptedBy transactionsAnd(@Nullable Interceptors own) {
      Stream<Class<?>> others = own == null ? Stream.empty() : Arrays.stream(own.value());
      return new InterceptedBy(
          Stream.concat(Stream.of(ContainerTransactions.class), others).toArray(Class<?>[]::new));
    }

    @Override
    public Class<?>[] value() {
      return classes.clone();
    }
  }
}
