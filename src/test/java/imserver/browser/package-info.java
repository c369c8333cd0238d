/**
 * Tests of what runs in a browser, in a real Chromium against a real server. {@link
 * imserver.browser.Chromium} finds the browser; where there is none, they are skipped and say so in
 * a line. They run in Failsafe's execution {@code browser} alone.
 */
package imserver.browser;
