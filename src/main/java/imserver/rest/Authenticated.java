package imserver.rest;

import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.ws.rs.NameBinding;
import java.lang.annotation.Retention;

/** Marks what needs a credential. */
@NameBinding
@Retention(RUNTIME)
public @interface Authenticated {}
