/**
 * What holds for every path, and how the static files are served: the page, the web chat and the
 * client library of {@code src/main/webapp}.
 *
 * <p>{@link imserver.web.SecurityHeaders}, {@link imserver.web.HostFilter} and {@link
 * imserver.web.OptionsFilter} are in front of everything, {@link imserver.web.ModuleCorsFilter} of
 * the scripts; {@link imserver.web.StaticFiles} answers with the files: {@link
 * imserver.web.StaticFile}, compressed for who says so ({@link imserver.web.AcceptEncoding}).
 *
 * <p>The filters are declared in {@code web.xml} and not annotated: their order is fixed there, and
 * only there can it be.
 */
@NullMarked
package imserver.web;

import org.jspecify.annotations.NullMarked;
