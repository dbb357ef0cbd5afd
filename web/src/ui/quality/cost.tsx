export default function Cost() {
  return null;
}
