package imserver.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import imserver.auth.UserPrincipal;
import imserver.file.FileRefusedException.Reason;
import imserver.monitoring.CountedUploads;
import imserver.monitoring.Meters.UploadOutcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Uploads")
class UploadsTest {

  private final Uploads uploads = new Uploads();

  private Upload begin(long user) {
    return uploads.whole(
        new UserPrincipal(user, null, null, null), NewFile.of("a", null, null, null), null);
  }

  private void assertRefused(long user, Reason reason) {
    assertThatThrownBy(() -> begin(user))
        .isInstanceOfSatisfying(
            FileRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  @DisplayName("of a user may be three at once")
  void ofOne() {
    for (int i = 0; i < 3; i++) {
      begin(1);
    }
    assertRefused(1, Reason.TOO_MANY);
    begin(2);
  }

  @Test
  @DisplayName("of many users at once are one of each, and those who are slow make room")
  void scarce() {
    List<Upload> others = new ArrayList<>();
    for (int user = 1; user <= 51; user++) {
      others.add(begin(user));
    }
    assertThat(others.get(0).slowest()).isEqualTo(16 * 1024);
    assertRefused(1, Reason.BUSY);
    for (int user = 52; user <= 100; user++) {
      others.add(begin(user));
    }
    assertRefused(101, Reason.BUSY);
    others.subList(0, 60).forEach(Upload::close);
    assertThat(others.get(99).slowest()).isEqualTo(2 * 1024);
    for (int i = 0; i < 3; i++) {
      begin(101);
    }
  }

  @Test
  @DisplayName("are counted once, by what became of them first")
  void counted() {
    double refused = CountedUploads.of(UploadOutcome.REFUSED);
    double brokenOff = CountedUploads.of(UploadOutcome.BROKEN_OFF);
    Upload tooLarge = begin(1);
    assertThat(tooLarge.refuseTooLarge()).isEqualTo(Reason.TOO_LARGE);
    tooLarge.close();
    tooLarge.close();
    assertThat(CountedUploads.of(UploadOutcome.REFUSED)).isEqualTo(refused + 1);
    assertThat(CountedUploads.of(UploadOutcome.BROKEN_OFF)).isEqualTo(brokenOff);
    Upload left = begin(1);
    left.close();
    left.close();
    assertThat(CountedUploads.of(UploadOutcome.BROKEN_OFF)).isEqualTo(brokenOff + 1);
    ofOne();
    assertThat(CountedUploads.of(UploadOutcome.REFUSED))
        .isEqualTo(refused + 2); // of what is not let in, too
  }
}
