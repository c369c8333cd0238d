/**
 * How the static files are served: the page, the web chat and the client library of {@code
 * src/main/webapp}. Their content is none of Java's business; what browsers are told about them is.
 */
@NullMarked
package imserver.web;

import org.jspecify.annotations.NullMarked;
