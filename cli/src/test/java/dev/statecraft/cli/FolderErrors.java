package dev.statecraft.cli;

import dev.statecraft.studio.engine.TinyFolder;
import java.nio.file.Files;
import java.nio.file.Path;

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
        "<file>: quantization_config: expected weights as they were trained, found some quantized"
            + " by <library>, which are not read: take the original model; 'quantize: nf4'"
            + " quantizes it here",
        () -> {
          Path config = TinyFolder.model(folder.resolve("packed")).resolve("config.json");
          Files.writeString(
              config,
              "{\"quantization_config\": {\"quant_method\": \"gptq\"}, "
                  + Files.readString(config).strip().substring(1));
          return scenarios.train("model=packed");
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
