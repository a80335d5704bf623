package dev.statecraft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.DataFormat;
import dev.statecraft.data.DataReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSetTest {
  private static final ImageColumns COLUMNS =
      new ImageColumns("image", Optional.empty(), 255, "label");

  @TempDir private Path folder;

  private static ImageSet read(Path path) {
    return read(path, COLUMNS);
  }

  private static ImageSet read(Path path, ImageColumns columns) {
    return read(path, columns, ImageOptions.OnError.ERROR);
  }

  private static ImageSet read(Path path, ImageColumns columns, ImageOptions.OnError onError) {
    return ImageSet.read(
        path,
        columns,
        new ImageOptions(true, onError),
        rows -> DataReader.forEach(path, DataFormat.byEnding(), rows));
  }

  private static List<String> labels(ImageSet set) {
    return set.images().stream().map(LabelledImage::label).toList();
  }

  private static int[] samples(ImageSet set, int index) {
    return ImageFiles.samples(set.images().get(index).picture().fetch());
  }

  private static void refused(Path path, String... parts) {
    assertThatThrownBy(() -> read(path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts);
  }

  // Folders

  @Test
  void aFolderHasASubFolderForEachClass() {
    ImageFiles.write(folder.resolve("dog/b.png"), ImageFiles.plain(2, 2, 20));
    ImageFiles.write(folder.resolve("dog/a.jpg"), ImageFiles.plain(8, 8, 10, 10, 10));
    ImageFiles.write(folder.resolve("cat/x.png"), ImageFiles.plain(3, 2, 30));
    ImageFiles.write(folder.resolve(".hidden/x.png"), ImageFiles.plain(3, 2, 30));
    ImageFiles.write(folder.resolve("dog/notes.txt"), new byte[] {1});
    ImageSet set = read(folder);
    assertThat(labels(set)).containsExactly("cat", "dog", "dog");
    assertThat(set.images().get(1).where()).endsWith("a.jpg");
    assertThat(samples(set, 0)).containsOnly(30).hasSize(6);
    assertThat(set.labels()).isEmpty();
  }

  @Test
  void aFolderWithoutClassesOrImagesIsAnError() throws IOException {
    refused(folder, folder.toString(), "expected a sub-folder of images for each class");
    Files.createDirectory(folder.resolve("dog"));
    refused(folder, folder.resolve("dog").toString(), "of the class 'dog', found none");
    refused(folder.resolve("missing"), "missing: expected image data, found nothing");
  }

  @Test
  void imagesLieInFoldersOfAClassAndOtherFilesAreTold() throws IOException {
    Files.createDirectories(folder.resolve("dog/.git"));
    Files.createDirectories(folder.resolve("__MACOSX"));
    ImageFiles.write(folder.resolve("cat/x.png"), ImageFiles.plain(3, 2, 30));
    ImageFiles.write(folder.resolve("dog/2024/may/b.png"), ImageFiles.plain(2, 2, 20));
    ImageFiles.write(folder.resolve("dog/a.PNG"), ImageFiles.plain(2, 2, 21));
    for (String hidden :
        new String[] {
          ".DS_Store", "Thumbs.db", "dog/.x.png", "dog/.git/y.png", "dog/desktop.ini"
        }) {
      ImageFiles.write(folder.resolve(hidden), new byte[] {1});
    }
    ImageFiles.write(folder.resolve("__MACOSX/z.png"), new byte[] {1});
    assertThat(read(folder).notes()).isEmpty();
    ImageFiles.write(folder.resolve("README.md"), new byte[] {1});
    ImageFiles.write(folder.resolve("dog/2024/notes.txt"), new byte[] {1});
    ImageSet set = read(folder);
    assertThat(labels(set)).containsExactly("cat", "dog", "dog");
    assertThat(samples(set, 1)).containsOnly(20);
    assertThat(set.images().get(1).where()).endsWith("b.png");
    assertThat(set.notes())
        .containsExactly(folder + ": 2 files that are no images are left out, such as README.md");
  }

  @Test
  void foldersNamedAsPartsOfADataSetAreTold() {
    ImageFiles.write(folder.resolve("train/cat/x.png"), ImageFiles.plain(3, 2, 30));
    ImageFiles.write(folder.resolve("test/cat/x.png"), ImageFiles.plain(3, 2, 30));
    assertThat(read(folder).notes())
        .singleElement()
        .asString()
        .contains("its classes are test, train, which look like the parts of a data set");
  }

  @Test
  void imagesThatCannotBeReadAreToldAllAtOnceOrLeftOut() throws IOException {
    Files.createDirectories(folder.resolve("dog"));
    for (int i = 0; i < 5; i++) {
      ImageFiles.write(folder.resolve("dog/bad" + i + ".png"), new byte[] {1, 2, 3});
    }
    Path cut = ImageFiles.write(folder.resolve("cat/cut.jpg"), ImageFiles.picture(32, 32, 3));
    byte[] bytes = Files.readAllBytes(cut);
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 40));
    refused(folder, folder + ": 6 of 6 images cannot be read: " + cut + ": ");
    ImageFiles.write(folder.resolve("dog/a.png"), ImageFiles.plain(2, 2, 20));
    ImageFiles.write(folder.resolve("cat/a.png"), ImageFiles.plain(2, 2, 21));
    refused(
        folder,
        folder + ": 6 of 8 images cannot be read: " + cut + ": the image cannot be decoded: ",
        folder.resolve("dog/bad1.png") + ": expected a PNG, JPEG",
        "; and 3 more (data.on_error: skip leaves such images out)");
    // The header is whole: only who decodes it finds the damage.
    Path damaged = ImageFiles.write(folder.resolve("cat/z.png"), ImageFiles.picture(16, 16, 3));
    byte[] data = Files.readAllBytes(damaged);
    Arrays.fill(data, 45, data.length - 20, (byte) 0x55);
    Files.write(damaged, data);
    ImageSet set = read(folder, COLUMNS, ImageOptions.OnError.SKIP);
    assertThat(labels(set)).containsExactly("cat", "dog");
    assertThat(set.notes())
        .singleElement()
        .asString()
        .startsWith(folder + ": 7 of 9 images cannot be read and are left out: ")
        .endsWith("; and 4 more");
  }

  // CIFAR

  /** Records of a label and pixels that count upwards. */
  private static byte[] cifar(int labelBytes, int... labels) {
    ByteBuffer data = ByteBuffer.allocate(labels.length * (labelBytes + 3072));
    for (int label : labels) {
      if (labelBytes == 2) {
        data.put((byte) 19);
      }
      data.put((byte) label);
      for (int i = 0; i < 3072; i++) {
        data.put((byte) (i / 1024 * 100 + i % 32 + label));
      }
    }
    return data.array();
  }

  @Test
  void cifar100HasFineLabelsAndPlanesOfColours() throws IOException {
    Path file = ImageFiles.write(folder.resolve("train.bin"), cifar(2, 0, 99, 7));
    ImageSet set = read(file);
    assertThat(labels(set)).containsExactly("0", "99", "7");
    assertThat(set.labels().orElseThrow()).hasSize(100).startsWith("0", "1").endsWith("99");
    Picture second = set.images().get(1).picture().fetch();
    assertThat(second.width()).isEqualTo(32);
    assertThat(second.sample(5, 3, 0)).isEqualTo(99 + 5);
    assertThat(second.sample(31, 31, 1)).isEqualTo(99 + 31 + 100);
    assertThat(second.sample(0, 0, 2)).isEqualTo((99 + 200) % 256);
    // Names, where the data's own file of them is there.
    String names = String.join("\n", IntStream.range(0, 100).mapToObj(i -> "n" + i).toList());
    Files.writeString(folder.resolve("fine_label_names.txt"), names + "\n\n");
    assertThat(labels(read(file))).containsExactly("n0", "n99", "n7");
    Files.writeString(folder.resolve("fine_label_names.txt"), "apple\n");
    refused(file, "fine_label_names.txt: expected 100 names of classes, found 1");
  }

  @Test
  void cifar10IsAFileOrTheFolderOfItsBatches() {
    ImageFiles.write(folder.resolve("data_batch_2.bin"), cifar(1, 5, 6));
    ImageFiles.write(folder.resolve("data_batch_1.bin"), cifar(1, 9));
    Path test = ImageFiles.write(folder.resolve("test_batch.bin"), cifar(1, 1));
    ImageSet set = read(folder);
    assertThat(labels(set)).containsExactly("9", "5", "6");
    assertThat(set.labels().orElseThrow()).hasSize(10);
    assertThat(set.images().get(1).picture().fetch().sample(0, 0, 0)).isEqualTo(5);
    assertThat(labels(read(test))).containsExactly("1");
  }

  @Test
  void anotherBinFileIsAnError() {
    refused(
        ImageFiles.write(folder.resolve("a.bin"), new byte[3000]), "a.bin", "3073", "3074", "3000");
    refused(ImageFiles.write(folder.resolve("b.bin"), cifar(1, 3, 11)), "b.bin: expected records");
    refused(ImageFiles.write(folder.resolve("c.bin"), new byte[0]), "c.bin: expected records");
  }

  // IDX

  private static byte[] idx(int[] sizes, int... values) {
    ByteBuffer data = ByteBuffer.allocate(4 + 4 * sizes.length + values.length);
    data.put((byte) 0).put((byte) 0).put((byte) 8).put((byte) sizes.length);
    for (int size : sizes) {
      data.putInt(size);
    }
    for (int value : values) {
      data.put((byte) value);
    }
    return data.array();
  }

  @Test
  void idxImagesHaveTheirLabelsBesideThem() {
    byte[] images = idx(new int[] {2, 1, 3}, 1, 2, 3, 4, 5, 250);
    byte[] labels = idx(new int[] {2}, 7, 0);
    Path plain = ImageFiles.write(folder.resolve("t10k-images-idx3-ubyte"), images);
    ImageFiles.write(folder.resolve("t10k-labels-idx1-ubyte"), labels);
    ImageSet set = read(plain);
    assertThat(labels(set)).containsExactly("7", "0");
    assertThat(samples(set, 1)).containsExactly(4, 5, 250);
    assertThat(set.images().get(0).picture().fetch().width()).isEqualTo(3);
    assertThat(ImageSet.companions(plain))
        .containsExactly(folder.resolve("t10k-labels-idx1-ubyte"));
    Path zipped =
        ImageFiles.write(folder.resolve("train-images.idx3-ubyte.gz"), ImageFiles.gzipped(images));
    ImageFiles.write(folder.resolve("train-labels.idx1-ubyte.gz"), ImageFiles.gzipped(labels));
    assertThat(labels(read(zipped))).containsExactly("7", "0");
    assertThat(samples(read(zipped), 0)).containsExactly(1, 2, 3);
  }

  @Test
  void idxFilesThatDoNotFitAreErrors() {
    Path images =
        ImageFiles.write(
            folder.resolve("a-images-idx3-ubyte"), idx(new int[] {2, 1, 2}, 1, 2, 3, 4));
    refused(images, "a-labels-idx1-ubyte: expected the labels of", "found none");
    Path labels =
        ImageFiles.write(folder.resolve("a-labels-idx1-ubyte"), idx(new int[] {3}, 1, 2, 3));
    refused(images, labels + ": expected 2 labels for " + images + ", found 3");
    ImageFiles.write(labels, idx(new int[] {2}, 1));
    refused(images, labels + ": expected [2] values, found 1");
    ImageFiles.write(labels, idx(new int[] {2, 1}, 1, 2));
    refused(images, labels + ": expected an IDX file of bytes in 1 dimensions");
    Path unnamed = ImageFiles.write(folder.resolve("pictures"), idx(new int[] {1, 1, 2}, 1, 2));
    refused(unnamed, "pictures: expected 'images' in the name of an IDX file");
    ImageFiles.write(images, idx(new int[] {2, 1, 2}, 1, 2, 3));
    refused(images, images + ": expected [2, 1, 2] values, found 3");
  }

  @Test
  void idxFilesThatClaimMoreThanTheyHoldAreErrorsBeforeMemoryIsTaken() {
    Path images = folder.resolve("b-images-idx3-ubyte");
    int[] huge = {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE};
    for (int[] sizes : new int[][] {huge, {65536, 65536, 65536}, {-1, 2, 2}, {0, 2, 2}}) {
      ImageFiles.write(images, idx(sizes, 1, 2, 3));
      refused(images, images + ": expected " + Arrays.toString(sizes) + " values, found 3");
    }
    Path zipped =
        ImageFiles.write(
            folder.resolve("b-images-idx3-ubyte.gz"), ImageFiles.gzipped(idx(huge, 1, 2, 3)));
    refused(zipped, zipped + ": expected a gzipped IDX file of less than 2 GiB");
    // More than the header says is not unpacked.
    ImageFiles.write(zipped, ImageFiles.gzipped(idx(new int[] {1, 1, 2}, new int[9_000_000])));
    refused(zipped, zipped + ": expected [1, 1, 2] values, found 3");
    ImageFiles.write(zipped, Arrays.copyOf(ImageFiles.gzipped(idx(new int[] {1, 1, 2}, 1, 2)), 25));
    refused(zipped, zipped + ": expected a whole gzip file, found a damaged one");
  }

  // Rows

  @Test
  void rowsNameImagesRelativeToTheirFile() throws IOException {
    ImageFiles.write(folder.resolve("pictures/a.png"), ImageFiles.plain(2, 2, 9));
    Path absolute = ImageFiles.write(folder.resolve("b.png"), ImageFiles.plain(2, 2, 8));
    Path csv = folder.resolve("train.csv");
    Files.writeString(csv, "image,label\npictures/a.png,x\n" + absolute + ",y\n");
    ImageSet set = read(csv);
    assertThat(labels(set)).containsExactly("x", "y");
    assertThat(samples(set, 0)).containsOnly(9);
    assertThat(samples(set, 1)).containsOnly(8);
    Path jsonl = folder.resolve("train.jsonl");
    Files.writeString(jsonl, "{\"file\": \"pictures/a.png\", \"class\": 3}\n");
    ImageSet other = read(jsonl, new ImageColumns("file", Optional.empty(), 255, "class"));
    assertThat(labels(other)).containsExactly("3");
    Files.writeString(csv, "image,label\npictures/none.png,x\n");
    refused(
        csv,
        "train.csv: 1 of 1 images cannot be read: ",
        "train.csv row 1 (line 2): " + folder.resolve("pictures/none.png"),
        "expected an image file, found none");
    Files.writeString(csv, "path,label\npictures/a.png,x\n");
    refused(csv, "no column 'image'");
  }

  // Pixels

  private ImageSet pixels(String text) throws IOException {
    Path csv = folder.resolve("digits.csv");
    Files.writeString(csv, text);
    return read(csv, new ImageColumns("image", Optional.of("p"), 16, "label"));
  }

  @Test
  void pixelsAreColumnsInTheOrderOfTheirNumbers() throws IOException {
    ImageSet set = pixels("label,p2,p10,p1,p3\nx,2,16,1,0\ny,16,16,16,16\n");
    assertThat(labels(set)).containsExactly("x", "y");
    assertThat(samples(set, 0)).containsExactly(16, 32, 0, 255);
    assertThat(set.images().get(0).picture().fetch().height()).isEqualTo(2);
  }

  @Test
  void tablesThatAreNoPicturesAreErrors() throws IOException {
    for (String[] wrong :
        new String[][] {
          {"label,p0,p1\nx,1,2\n", "expected a square number of columns 'p0', 'p1'", "found 2"},
          {"p0\n1\n", "no column 'label'"},
          {
            "p0,label\n17,x\n",
            "row 1 (line 2): column 'p0': expected a pixel from 0 to 16.0 (pixel_max), found '17'"
          },
          {"p0,label\n1,x\nred,x\n", "row 2", "found 'red'"},
          {"p0,p00,label\n1,1,x\n", "two columns are pixel 0: 'p00'"},
          {"p0,label\n1,x,y\n", "row 1 (line 2): expected 2 columns", "found 3"},
          {"p0,label\n", "expected at least one row"},
          {"", "the file is empty"}
        }) {
      assertThatThrownBy(() -> pixels(wrong[0]))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("digits.csv")
          .hasMessageContainingAll(Arrays.copyOfRange(wrong, 1, wrong.length));
    }
  }
}
