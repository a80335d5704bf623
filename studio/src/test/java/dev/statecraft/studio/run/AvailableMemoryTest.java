package dev.statecraft.studio.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AvailableMemoryTest {
  @TempDir private Path root;

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private long bytes() {
    return new AvailableMemory(root).bytes();
  }

  @Test
  void linuxSaysWhatIsAvailable() throws IOException {
    file("proc/meminfo", "MemTotal:  9000 kB\nMemFree:  10 kB\nMemAvailable:    4000 kB\n");
    assertThat(bytes()).isEqualTo(4000 * 1024);
    file("sys/fs/cgroup/memory.max", "max\n");
    file("sys/fs/cgroup/memory.current", "77\n");
    assertThat(bytes()).as("without a limit").isEqualTo(4000 * 1024);
  }

  @Test
  void aControlGroupLeavesWhatItLeaves() throws IOException {
    file("proc/meminfo", "MemAvailable:    4000 kB\n");
    file("sys/fs/cgroup/memory.max", "3000000\n");
    file("sys/fs/cgroup/memory.current", "1000000\n");
    assertThat(bytes()).isEqualTo(2_000_000);
    file("sys/fs/cgroup/memory.stat", "anon 5\ninactive_file 400000\nactive_file 9\n");
    assertThat(bytes()).as("caches of files can go").isEqualTo(2_400_000);
    file("proc/self/cgroup", "0::/user.slice/session\n");
    file("sys/fs/cgroup/user.slice/session/memory.max", "1000\n");
    file("sys/fs/cgroup/user.slice/session/memory.current", "3000\n");
    assertThat(bytes()).as("the group's own limit is exceeded").isZero();
  }

  @Test
  void controlGroupsOfVersionOneCountToo() throws IOException {
    file("proc/meminfo", "MemAvailable:    4000 kB\n");
    file("proc/self/cgroup", "5:cpu,cpuacct:/docker/7\n4:memory:/docker/7\n1:name=systemd:/\n");
    file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    file("sys/fs/cgroup/memory/memory.usage_in_bytes", "3000000\n");
    assertThat(bytes()).as("no limit").isEqualTo(4000 * 1024);
    file("sys/fs/cgroup/memory/docker/7/memory.limit_in_bytes", "2000000\n");
    file("sys/fs/cgroup/memory/docker/7/memory.usage_in_bytes", "1500000\n");
    assertThat(bytes()).isEqualTo(500_000);
    file(
        "sys/fs/cgroup/memory/docker/7/memory.stat",
        "inactive_file 7\ntotal_cache 300000\ntotal_inactive_file 100000\n");
    assertThat(bytes()).as("caches of files can go").isEqualTo(600_000);
    // The limit of a group binds those inside it; several controllers may share a hierarchy.
    file("proc/self/cgroup", "4:cpu,memory:/docker/7\n");
    file("sys/fs/cgroup/memory/docker/memory.limit_in_bytes", "1700000\n");
    file("sys/fs/cgroup/memory/docker/memory.usage_in_bytes", "1600000\n");
    assertThat(bytes()).isEqualTo(100_000);
  }

  @Test
  void aLimitOfAGroupAroundTheProcessesBindsIt() throws IOException {
    file("proc/meminfo", "MemAvailable:    4000 kB\n");
    file("proc/self/cgroup", "0::/a/b\n");
    file("sys/fs/cgroup/a/memory.max", "3000\n");
    file("sys/fs/cgroup/a/memory.current", "1000\n");
    file("sys/fs/cgroup/a/b/memory.max", "max\n");
    file("sys/fs/cgroup/a/b/memory.current", "1000\n");
    assertThat(bytes()).isEqualTo(2000);
  }

  @Test
  void otherSystemsSayWhatIsFree() {
    assertThat(bytes()).isPositive();
    try (Torch torch = Torch.cpu()) {
      assertThat(AvailableMemory.forTensors(torch)).isPositive();
    }
  }
}
