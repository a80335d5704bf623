/**
 * Adapters: what a tuning trained, saved beside the model it was trained on.
 *
 * <p>A tour. {@link dev.statecraft.adapters.AdapterFolder} saves an adapter as {@code
 * adapter_config.json} and {@code adapter_model.safetensors} and opens such a folder as an {@link
 * dev.statecraft.adapters.Adapter}. The JSON holds an {@link
 * dev.statecraft.adapters.AdapterDescription}: enough to make the tuned graph again from the model
 * alone. The tensors are all trained parameters, and frozen ones that no checkpoint has, in
 * float32, under the keys that {@code AdapterKeys} gives them.
 *
 * <p>LoRA and DoRA are written exactly as Python's PEFT writes them ({@code peft_type} {@code
 * LORA}), and IA3, VeRA and AdaLoRA too ({@code IA3}, {@code VERA}, {@code ADALORA}), so either
 * side reads the other's; {@link dev.statecraft.adapters.Targets} finds the linears that PEFT would
 * find. Every other method has no counterpart in PEFT and is written with the {@code peft_type}
 * {@code CONTROL}, {@code FULL} or {@code PROBE}.
 *
 * <p>{@link dev.statecraft.adapters.AdapterExport} writes a saved adapter in another {@link
 * dev.statecraft.adapters.AdapterFormat}, among them the checkpoints of the paper's reference
 * implementation ({@code PaperFormat} has their keys) and adapters of its authors' newer code
 * ({@code StateftFormat}), which are opened like any other adapter. {@code ModuleStates} knows
 * which states enter and leave the modules that those name.
 *
 * <p>Keys of {@code adapter_model.safetensors}:
 *
 * <table>
 * <caption>Keys by what they belong to</caption>
 * <tr><th>of</th><th>key</th></tr>
 * <tr><td>LoRA on the linear M</td>
 * <td>{@code base_model.model.M.lora_A.weight}, {@code .lora_B.weight}</td></tr>
 * <tr><td>DoRA on the linear M</td>
 * <td>as LoRA, and {@code base_model.model.M.lora_magnitude_vector}</td></tr>
 * <tr><td>the bias of LoRA's B</td><td>{@code base_model.model.M.lora_B.bias}</td></tr>
 * <tr><td>the model's bias of a linear M with LoRA</td>
 * <td>{@code base_model.model.M.base_layer.bias}; of other modules {@code .bias}</td></tr>
 * <tr><td>a module M that is trained whole, or its copy</td>
 * <td>{@code base_model.model.M.weight}, {@code .bias}</td></tr>
 * <tr><td>rows of the table of M</td>
 * <td>{@code base_model.model.M.token_adapter.trainable_tokens_delta}</td></tr>
 * <tr><td>IA3 on the linear M</td><td>{@code base_model.model.M.ia3_l}</td></tr>
 * <tr><td>BitFit on the linear M</td><td>{@code base_model.model.M.bitfit_b}</td></tr>
 * <tr><td>VeRA on the linear M</td>
 * <td>{@code base_model.model.M.vera_lambda_d}, {@code .vera_lambda_b}, and for all together {@code
 * base_model.vera_A}, {@code base_model.vera_B}</td></tr>
 * <tr><td>AdaLoRA on the linear M</td>
 * <td>{@code base_model.model.M.lora_A}, {@code .lora_E}, {@code .lora_B}</td></tr>
 * <tr><td>QA-LoRA on the linear M</td><td>as LoRA, A having a column for each group</td></tr>
 * <tr><td>the head H</td><td>{@code base_model.model.H.weight}, {@code .bias}</td></tr>
 * <tr><td>control around the MLP of the layer L</td>
 * <td>{@code base_model.model.L.lora_A.weight}, {@code .lora_B.weight}; with biases also {@code
 * .lora_A.bias}, {@code .lora_B.bias}</td></tr>
 * <tr><td>control around its attention</td>
 * <td>{@code base_model.model.L.lora_A_attn.weight} ...</td></tr>
 * <tr><td>control around the whole layer</td>
 * <td>{@code base_model.model.L.lora_A_block.weight} ...</td></tr>
 * <tr><td>Houlsby's adapters in L</td>
 * <td>{@code base_model.model.L.lora_A_attn_adapter.weight}, {@code .lora_A_mlp_adapter.weight}
 * ...</td></tr>
 * <tr><td>control from the state U to the state V</td>
 * <td>{@code base_model.model.control.U.to.V.lora_A.weight} ...</td></tr>
 * <tr><td>gates of a control edge</td>
 * <td>as its A and B: {@code lora_G.weight}, {@code lora_G.bias}</td></tr>
 * <tr><td>the norm N of the model, trained beside adapters</td>
 * <td>{@code base_model.model.N.weight}, {@code .bias}</td></tr>
 * <tr><td>full tuning</td><td>the names of the parameters, without a prefix</td></tr>
 * </table>
 *
 * <p>M, L and H are modules as PEFT sees them, for example {@code model.layers.0.self_attn.q_proj},
 * {@code model.layers.0} and {@code classifier}.
 */
package dev.statecraft.adapters;
