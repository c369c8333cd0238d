/**
 * What {@code java -jar} of the WAR begins with. It lies at the root of the WAR, where a JRE looks
 * for it, and knows nothing of imserver: that is in {@code WEB-INF}, where a JRE does not look.
 *
 * <p>Containers neither load nor scan it, and {@code imserver.web.StaticFiles} gives it out to
 * nobody.
 */
@NullMarked
package launcher;

import org.jspecify.annotations.NullMarked;
