package imserver.container;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;

/** The output of a container that takes anything. */
class NoOutput extends ServletOutputStream {

  @Override
  public void write(int oneByte) {}

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public void setWriteListener(WriteListener listener) {}
}
