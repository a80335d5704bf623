package dev.statecraft.cli;

import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.studio.engine.TinyFolder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How folders end that are given as a model and are none. */
record FolderErrors(ErrorScenarios scenarios, Path folder) {
  void add() {
    scenarios.put(
        "<folder>: expected a model folder, found <what>",
        () -> {
          Files.createDirectories(folder.resolve("nothing"));
          return scenarios.train("model=nothing");
        });
    scenarios.put(
        "<file>: expected the file itself, found a pointer of Git LFS to it; fetch it with 'git lfs"
            + " pull'",
        () -> {
          Files.writeString(
              TinyFolder.model(folder.resolve("pointer")).resolve("model.safetensors"),
              """
              version https://git-lfs.github.com/spec/v1
              oid sha256:0
              size 9
              """);
          return scenarios.train("model=pointer");
        });
    scenarios.put(
        "<folder>: expected a model folder with a config.json, found none beside <file>",
        () -> {
          Files.delete(TinyFolder.model(folder.resolve("bare")).resolve("config.json"));
          return scenarios.train("model=bare");
        });
    scenarios.put(
        "<file>: text_config: expected an object, found <value>",
        () -> {
          Files.writeString(
              TinyFolder.model(folder.resolve("seeing")).resolve("config.json"),
              "{\"model_type\": \"gemma3\", \"text_config\": null}");
          return scenarios.train("model=seeing");
        });
    scenarios.put(
        "<file>: <key>: expected weights as they were trained, found some quantized by <library>,"
            + " which are not read: take the original model; 'quantize: nf4' quantizes it here",
        () -> {
          Path config = TinyFolder.model(folder.resolve("packed")).resolve("config.json");
          Files.writeString(
              config,
              "{\"quantization_config\": {\"quant_method\": \"gptq\"}, "
                  + Files.readString(config).strip().substring(1));
          return scenarios.train("model=packed");
        });
    scenarios.put(
        "<file>: <key>: expected a key that is known not to change what a <family> model computes,"
            + " found <value>",
        () -> {
          Path config = TinyFolder.model(folder.resolve("unread")).resolve("config.json");
          Files.writeString(
              config, "{\"clip_qkv\": 8.0, " + Files.readString(config).strip().substring(1));
          return scenarios.train("model=unread");
        });
    scenarios.put(
        "<folder>: expected the tensors of one model, found those of two, under '<prefix>' and"
            + " '<prefix>'",
        () -> {
          Path weights = TinyFolder.model(folder.resolve("two")).resolve("model.safetensors");
          SafetensorsWriter both = new SafetensorsWriter();
          try (SafetensorsFile one = SafetensorsFile.open(weights)) {
            for (String name : one.names()) {
              for (String prefix : List.of("old.", "new.")) {
                TensorEntry entry = one.entry(name);
                both.add(
                    TensorEntry.of(prefix + name, entry.type(), entry.shape()),
                    one.read(name)::duplicate);
              }
            }
            Files.delete(weights);
            both.writeTo(weights);
          }
          return scenarios.train("model=two");
        });
    scenarios.put(
        "<file>: tensor '<name>': dtype: expected one of <types>, found '<type>', floats of 8 bits"
            + " with scales beside them: take the original model, or convert it to bfloat16",
        () -> {
          String header =
              "{\"w\": {\"dtype\": \"F8_E4M3\", \"shape\": [1], \"data_offsets\": [0, 1]}}";
          ByteBuffer file = ByteBuffer.allocate(9 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
          file.putLong(header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
          Files.write(
              TinyFolder.model(folder.resolve("float8")).resolve("model.safetensors"),
              file.array());
          return scenarios.train("model=float8");
        });
    scenarios.put(
        "<file>: weight_map '<tensor>': expected a file in <folder>, found '<name>', a link to"
            + " <file>",
        () -> {
          Path model = TinyFolder.model(folder.resolve("linked"));
          Files.move(model.resolve("model.safetensors"), folder.resolve("away.safetensors"));
          Files.createSymbolicLink(
              model.resolve("a.safetensors"), folder.resolve("away.safetensors"));
          Files.writeString(
              model.resolve("model.safetensors.index.json"),
              "{\"weight_map\": {\"model.norm.weight\": \"a.safetensors\"}}");
          return scenarios.train("model=linked");
        });
  }
}
