package imserver.ejb;

import jakarta.annotation.Resource;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.DependsOn;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionManagement;
import jakarta.enterprise.inject.spi.Annotated;
import jakarta.enterprise.inject.spi.AnnotatedField;
import jakarta.enterprise.inject.spi.AnnotatedType;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.persistence.PersistenceContext;
import java.lang.annotation.Annotation;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Stream;

/** Refuses session beans that would behave otherwise here than on a full server. */
final class EjbSubsetCheck {

  private static final Set<Class<? extends Annotation>> EVERYWHERE =
      Set.of(
          Stateless.class,
          Singleton.class,
          Startup.class,
          DependsOn.class,
          ConcurrencyManagement.class,
          TransactionManagement.class,
          TransactionAttribute.class);

  private static final Set<Class<? extends Annotation>> ON_FIELDS =
      Set.of(PersistenceContext.class, Resource.class);

  /** What is of interest: a full server acts on the annotations of these packages. */
  private static final Set<String> PACKAGES =
      Set.of("jakarta.ejb", "jakarta.transaction", "jakarta.persistence");

  private EjbSubsetCheck() {}

  /**
   * Refuses a session bean that would behave otherwise here than on a full server.
   *
   * @throws DefinitionException that names the bean and the reason
   */
  static void check(AnnotatedType<?> bean) {
    Stream.of(Set.of(bean), bean.getConstructors(), bean.getMethods(), bean.getFields())
        .flatMap(Collection::stream)
        .forEach(element -> checkAnnotations(bean, element));
    ConcurrencyManagement concurrency = bean.getAnnotation(ConcurrencyManagement.class);
    if (bean.isAnnotationPresent(Singleton.class)
        && (concurrency == null || concurrency.value() != ConcurrencyManagementType.BEAN)) {
      refuse(bean, "does not manage its concurrency itself");
    }
  }

  private static void checkAnnotations(AnnotatedType<?> bean, Annotated element) {
    element.getAnnotations().stream()
        .map(Annotation::annotationType)
        .filter(annotation -> isOfInterest(annotation) && !EVERYWHERE.contains(annotation))
        .filter(
            annotation -> !(element instanceof AnnotatedField && ON_FIELDS.contains(annotation)))
        .forEach(annotation -> refuse(bean, "has @" + annotation.getSimpleName()));
  }

  private static boolean isOfInterest(Class<? extends Annotation> annotation) {
    return ON_FIELDS.contains(annotation) || PACKAGES.contains(annotation.getPackageName());
  }

  private static void refuse(AnnotatedType<?> bean, String what) {
    throw new DefinitionException(bean.getJavaClass() + " " + what + ", not known on Tomcat");
  }
}
