package org.glassfish.tyrus;

import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;

/** Stands for Tyrus's handler of upgrades, which is known by its package. */
public final class FakeEngine implements HttpUpgradeHandler {

  /** What it got, null before. */
  public WebConnection connection;

  /** Done while a session is being opened. */
  public Runnable onInit = () -> {};

  /** How often it was ended. */
  public int ends;

  /** For the caller, as Tyrus's. */
  public FakeEngine() {}

  @Override
  public void init(WebConnection connection) {
    this.connection = connection;
    onInit.run();
  }

  @Override
  public void destroy() {
    ends++;
  }
}
