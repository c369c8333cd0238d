package imserver.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says from which key a component of {@link Config} is read, and what it means. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Setting {

  /**
   * The environment variable. The system property of the same setting has its name in lower case
   * with dots: {@code IMSERVER_JWT_SECRET} and {@code imserver.jwt.secret}. Where both are set the
   * system property counts.
   */
  String key();

  /**
   * The text that is taken where neither is set or both are blank; "" makes the setting optional.
   */
  String fallback() default "";

  /** The smallest number that is accepted, for a number. */
  int min() default 1;

  /** The largest number that is accepted, for a number. */
  int max() default Integer.MAX_VALUE;

  /** One line for the operator, in Markdown. */
  String meaning();
}
