package example;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

/** An application whose users log in by Spring Security's form, which is there by default. */
@SpringBootApplication
public class SchoolApplication {

  public static void main(String[] args) {
    SpringApplication.run(SchoolApplication.class, args);
  }

  /** The two users of this example. Yours are in your database. */
  @Bean
  UserDetailsService users() {
    return new InMemoryUserDetailsManager(
        User.withUsername("alice").password("{noop}alice").build(),
        User.withUsername("bob").password("{noop}bob").build());
  }
}
