/**
 * What holds for every path, and how the static files are served: the page, the web chat and the
 * client library of {@code src/main/webapp}. Their content is none of Java's business; what
 * browsers are told about them is.
 *
 * <p>These filters are declared in {@code web.xml} and not annotated: they come before all others,
 * in an order of their own.
 */
@NullMarked
package imserver.web;

import org.jspecify.annotations.NullMarked;
